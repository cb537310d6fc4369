/** Gets the active interpreters from the Python extensions. Hides their APIs, which may change without notice. */
import * as vscode from "vscode";
import type { ActiveInterpreters } from "./interpreters";

/** The part of the Python Environments extension's API that is used here. */
interface EnvironmentsApi {
  getEnvironment(scope: vscode.Uri | undefined): Promise<{ execInfo: { run: { executable: string } } } | undefined>;
}

/** The part of the Python extension's API that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(path: { readonly path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  };
}

/** Returns the active interpreters for the first workspace folder; none from an extension that is inactive or fails. */
export async function activeInterpreters(log: vscode.LogOutputChannel): Promise<ActiveInterpreters> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const [environmentsExtension, pythonExtension] = await Promise.all([
    ask("ms-python.vscode-python-envs", log, (api) => fromEnvironments(api as EnvironmentsApi, folder)),
    ask("ms-python.python", log, (api) => fromPython(api as PythonApi, folder)),
  ]);
  return { environmentsExtension, pythonExtension };
}

async function fromEnvironments(api: EnvironmentsApi, folder: vscode.Uri | undefined): Promise<string | undefined> {
  return (await api.getEnvironment(folder))?.execInfo.run.executable;
}

async function fromPython({ environments }: PythonApi, folder: vscode.Uri | undefined): Promise<string | undefined> {
  const active = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
  return active?.executable.uri?.fsPath;
}

async function ask(
  id: string,
  log: vscode.LogOutputChannel,
  question: (api: unknown) => Promise<string | undefined>,
): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension(id);
  if (!extension?.isActive) return undefined;
  try {
    return await question(extension.exports);
  } catch (error) {
    log.warn(`Cannot get the active interpreter from ${id}: ${String(error)}`);
    return undefined;
  }
}

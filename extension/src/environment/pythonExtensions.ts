/** Asks the Python extensions for their active interpreter. Hides their interfaces, which are not ours to rely on. */
import * as vscode from "vscode";
import type { ActiveInterpreters } from "./interpreters";

/** The parts of the Python Environments extension that are asked. */
interface EnvironmentsApi {
  getEnvironment(scope: vscode.Uri | undefined): Promise<{ execInfo: { run: { executable: string } } } | undefined>;
}

/** The parts of the Python extension that are asked. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(path: { readonly path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  };
}

/** What they name for the first folder; an extension that is not active, or that fails, names none. */
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
    log.warn(`${id} did not tell its interpreter: ${String(error)}`);
    return undefined;
  }
}

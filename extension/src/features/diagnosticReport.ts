/** Builds the diagnostic report, which is safe to share: it never contains names of users, folders or files. Pure. */

import type { EnvironmentState } from "../environment/environment";
import type { ServerState } from "../server/client";

/** What the extension can report without the server. */
export interface ExtensionInfo {
  readonly extensionVersion: string;
  readonly editor: string;
  readonly editorVersion: string;
  readonly platform: string;
  readonly remote: boolean;
  readonly folders: number;
  readonly environment: EnvironmentState["kind"];
  readonly server: ServerState["kind"];
}

const NO_SERVER = `# Sourcewise: diagnosis

The server does not respond, so its part of the report is missing. For details, run “Sourcewise: Show Log”.
`;

/**
 * Returns the whole report in Markdown.
 *
 * @param fromServer the server's part of the report; undefined if the server does not respond
 */
export function reportOf(info: ExtensionInfo, fromServer: string | undefined): string {
  const { extensionVersion, editor, editorVersion, platform, remote, folders, environment, server } = info;
  const section = [
    "## Editor",
    "",
    `- Sourcewise ${extensionVersion}`,
    `- ${editor} ${editorVersion} on ${platform}${remote ? ", remote" : ""}`,
    `- Workspace folders: ${folders}`,
    `- Python environment: ${environment}`,
    `- Server: ${server}`,
  ];
  return `${(fromServer ?? NO_SERVER).trimEnd()}\n\n${section.join("\n")}\n`;
}

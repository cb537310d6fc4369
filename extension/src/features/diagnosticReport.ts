/** The report that a user may show to others. Pure: without names of users, folders and files, whatever state we are in. */

import type { EnvironmentState } from "../environment/environment";
import type { ServerState } from "../server/client";

/** What the extension knows without the server. */
export interface Surroundings {
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

The server gives no report, since it does not answer. Its log says more: “Sourcewise: Show Log”.
`;

/**
 * The whole report in Markdown.
 *
 * @param fromServer the server's own report; undefined where it gives none
 */
export function reportOf(surroundings: Surroundings, fromServer: string | undefined): string {
  const { extensionVersion, editor, editorVersion, platform, remote, folders, environment, server } = surroundings;
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

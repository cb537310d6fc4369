/** The HTML page of the side panel: an empty page with the only script and style sheet that it may load. */

/** The parts of the page. URLs are those of the webview. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
  /** The source from which styles and fonts may be loaded. */
  readonly cspSource: string;
  /** A fresh, unguessable value that identifies our script. */
  readonly nonce: string;
}

/** Returns the page's HTML. Its content security policy forbids all network access. */
export function pageOf({ script, style, cspSource, nonce }: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}; font-src ${cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${style}">
    <title>Sourcewise</title>
  </head>
  <body>
    <div id="root"></div>
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}

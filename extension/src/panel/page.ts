/** The page of the side panel: an empty one, and the only script and style that may run in it. */

/** Addresses as the view reaches them. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
  /** Where styles and fonts may come from. */
  readonly cspSource: string;
  /** Unguessable and new each time: what carries it is our script. */
  readonly nonce: string;
}

/** The page's HTML. Nothing may be fetched or sent from it. */
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

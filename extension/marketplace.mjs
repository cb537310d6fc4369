/** Prepares the page that the marketplace shows. */

/** The page, in the repository. */
export const PAGE = "extension/README.md";

/**
 * The public `https:` address of the folder `extension/`, from which the marketplace loads the page's images. Empty
 * until the repository has one; the packaged page then has no images, since relative ones would not load.
 */
export const IMAGE_BASE = "";

const IMAGE_LINE = /^!\[[^\]]*\]\([^)]*\)\n\n?/gm;

/**
 * @param {string} page in Markdown, with each image on a line of its own
 * @param {string} imageBase as `IMAGE_BASE`
 * @returns {string} the page to package; vsce completes the addresses of its images
 */
export function packagedPage(page, imageBase) {
  return imageBase ? page : page.replace(IMAGE_LINE, "");
}

/**
 * @param {string} imageBase as `IMAGE_BASE`
 * @returns {import("@vscode/vsce").IPackageOptions} which page vsce packages, and how it completes addresses
 */
export function pageOptions(imageBase) {
  const page = { readmePath: PAGE, rewriteRelativeLinks: imageBase !== "" };
  return imageBase ? { ...page, baseImagesUrl: imageBase } : page;
}

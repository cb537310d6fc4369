/** Creates the README's screenshots. Hides how they are compressed: the browser encodes WebP. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const QUALITY = 0.9;

/** The README's images by name, each with its screenshot in the theme that shows it best. */
const SHOWN = {
  answer: "picture-answer-light",
  explain: "picture-explain-dark",
  hover: "picture-hover-light",
  search: "picture-search-dark",
  menu: "picture-menu-light",
};

/**
 * Converts the README's screenshots to WebP.
 *
 * @param {import("playwright-core").BrowserContext} browser
 * @param {string} screenshots the folder with all screenshots
 * @param {string} target the folder of the README's images
 */
export async function updatePictures(browser, screenshots, target) {
  const page = await browser.newPage();
  mkdirSync(target, { recursive: true });
  for (const [name, screenshot] of Object.entries(SHOWN)) {
    const png = readFileSync(path.join(screenshots, `${screenshot}.png`));
    const webp = await page.evaluate(encode, { png: png.toString("base64"), quality: QUALITY });
    writeFileSync(path.join(target, `${name}.webp`), Buffer.from(webp, "base64"));
  }
  await page.close();
}

/** Encodes a PNG as WebP. Runs in the page. */
async function encode({ png, quality }) {
  const { createImageBitmap, fetch, OffscreenCanvas } = globalThis;
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d").drawImage(picture, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return globalThis.btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

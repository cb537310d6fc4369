/** Creates the folders that the tests open, fresh for each run: a small real code base and a hostile one. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { capture } from "../../server/installer/processes.mjs";

const PYTHON_FILES = {
  http: ["__init__.py", "client.py", "cookies.py", "server.py"],
  json: ["__init__.py", "decoder.py", "encoder.py", "scanner.py", "tool.py"],
};

const RETRY = `/** Calls a flaky service again, with longer and longer pauses between the attempts. */
export interface RetryOptions {
  attempts: number;
  firstPauseMs: number;
}

export class GaveUpError extends Error {
  constructor(readonly attempts: number, cause: unknown) {
    super(\`gave up after \${attempts} attempts\`, { cause });
  }
}

export async function retry<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  let pause = options.firstPauseMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt === options.attempts) throw new GaveUpError(attempt, error);
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause *= 2;
    }
  }
}
`;

const CACHE = `/** Keeps the entries that were used last and forgets the others. */
export class RecentCache<K, V> {
  private readonly entries = new Map<K, V>();

  constructor(private readonly capacity: number) {}

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) this.touch(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.touch(key, value);
    if (this.entries.size > this.capacity) this.evictOldest();
  }

  private touch(key: K, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
  }

  private evictOldest(): void {
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.entries.delete(oldest.value);
  }
}
`;

const CATALOG = `import { RecentCache } from "./cache";
import { retry } from "./retry";

export interface Book {
  isbn: string;
  title: string;
}

const cache = new RecentCache<string, Book>(100);

/** Looks a book up in the catalog service, which is slow and fails now and then. */
export async function findBook(isbn: string): Promise<Book> {
  const known = cache.get(isbn);
  if (known) return known;
  const book = await retry(() => fetchBook(isbn), { attempts: 4, firstPauseMs: 100 });
  cache.set(isbn, book);
  return book;
}

async function fetchBook(isbn: string): Promise<Book> {
  const response = await fetch(\`/catalog/\${isbn}\`);
  if (!response.ok) throw new Error(\`the catalog answered \${response.status}\`);
  return (await response.json()) as Book;
}
`;

/** The global variable that the hostile code base sets when any of its text is executed; see `makeHostileCodebase`. */
export const HARM = "sourcewiseHarm";

/**
 * Creates a small code base.
 *
 * @param {string} folder the folder to create
 * @param {string} python the Python whose standard library provides the Python files
 */
export function makeCodebase(folder, python) {
  const library = capture(python, ["-c", "import os; print(os.path.dirname(os.__file__))"]).stdout.trim();
  for (const [name, files] of Object.entries(PYTHON_FILES))
    for (const file of files) cpSync(path.join(library, name, file), path.join(folder, name, file));
  writeFiles(folder, {
    "web/retry.ts": RETRY,
    "web/cache.ts": CACHE,
    "web/catalog.ts": CATALOG,
    "README.md": "# Sample\n\nA small catalog of books.\n",
    "notes/secret.log": "nothing to see\n",
    ".gitignore": "*.log\n",
  });
}

/**
 * Creates files whose names and contents could be mistaken for markup, commands or terminal controls.
 *
 * @param {string} folder the folder to create
 */
export function makeHostileCodebase(folder) {
  const harm = `window.${HARM}=1;parent.${HARM}=1;top.${HARM}=1`;
  const script = `<script>${harm}</script><img src=x onerror="${harm}"><svg onload="${harm}">`;
  const links =
    "[click](command:workbench.action.closeAllEditors) ![x](http://127.0.0.1:9/x.png) [j](javascript:alert)";
  const controls = "\u001b[31mred\u001b[0m \u202Egnidaer sdrawkcab\u202C \u200Bzero";
  const body = (name) =>
    `def ${name}(water):\n    """Boil the kettle. ${script} ${links} ${controls}"""\n    return "${controls}" + water\n`;
  writeFiles(folder, {
    "kettle.py": body("boil_kettle"),
    [`<img src=x onerror=${HARM}=1>.py`]: body("boil_markup"),
    "](command:workbench.action.closeAllEditors).py": body("boil_link"),
    "\u202Eyp.elttek\u202C.py": body("boil_backwards"),
    "\u001b[31mred.py": body("boil_red"),
    "`back` **bold**.py": body("boil_bold"),
  });
}

function writeFiles(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

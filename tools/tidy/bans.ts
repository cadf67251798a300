/** What no source of this repository may hold: a row a ban, with what to do instead. */

/** Where the pattern of a ban is looked for: source-views.ts, the targets of imports, or the path of the file. */
export type View = "code" | "comments" | "text" | "imports" | "path";

export interface Ban {
  readonly name: string;
  readonly files: RegExp;
  /** Files that the ban leaves out. */
  readonly except?: RegExp;
  readonly view: View;
  readonly pattern: RegExp;
  /** A comment on the line before that excuses the line. */
  readonly excuse?: RegExp;
  readonly remedy: string;
}

const typescript = /\.ts$/;
/** What knows no host: the firmware, the interfaces, the simulated implementations. */
const hostless = /^(?:firmware\/.*|hal\/[^/]+|hal\/(?:simulated|slcan)\/.*)\.ts$/;
const firmware = /^firmware\/.*\.ts$/;
const firmwareOrHal = /^(?:firmware|hal)\/.*\.ts$/;
const tests = /^test\/.*\.test\.ts$/;
const anything = /./;
/** Files whose names their tools have chosen. */
const named = /(?:^|\/)(?:README|ARCHITECTURE|CONTRIBUTING|LICENSE|Makefile|Dockerfile)(?:\.md)?$/;

// biome-ignore format: a ban a row
export const bans: readonly Ban[] = [
  { name: "clock of the host", files: hostless, view: "code", pattern: /\bDate\b/, remedy: "take the time as a parameter (Micros, or UTC milliseconds)" },
  { name: "chance of the host", files: hostless, view: "code", pattern: /\bMath\s*\.\s*random\b/, remedy: "take an Entropy (hal/entropy.ts)" },
  { name: "global object", files: hostless, view: "code", pattern: /\bglobalThis\b/, remedy: "take what is needed as a parameter" },
  { name: "timer of the host", files: hostless, view: "code", pattern: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/, remedy: "say when to be called again by nextDeadline()" },
  { name: "console of the host", files: hostless, view: "code", pattern: /(?<![.\w#])console\s*\./, remedy: "return a log output" },
  { name: "process of the host", files: hostless, view: "code", pattern: /(?<![.\w#])process\s*[.[]/, remedy: "take what is needed as a parameter" },
  { name: "Buffer", files: hostless, view: "code", pattern: /\bBuffer\b/, remedy: "use Uint8Array and DataView" },
  { name: "require", files: anything, except: /(?<!\.ts)$/, view: "code", pattern: /(?<![.\w#])require\s*\(/, remedy: "use import" },
  { name: "module of Node", files: hostless, view: "imports", pattern: /^node:/, remedy: "put it behind an interface in hal/" },
  { name: "CBOR library", files: typescript, except: /^firmware\/cbor\.ts$/, view: "imports", pattern: /^cbor-x/, remedy: "use firmware/cbor.ts" },
  { name: "upward import", files: firmwareOrHal, view: "imports", pattern: /^(?:boards|tools|test)\//, remedy: "let the caller pass it in: tools and boards know the firmware, not the other way" },
  { name: "implementation in firmware", files: firmware, view: "imports", pattern: /^hal\/[^/]+\//, remedy: "import the interface from hal/*.ts and take an implementation as a parameter" },
  { name: "any", files: typescript, view: "code", pattern: /(?:[:<|&]|=>|\b(?:as|extends|satisfies|readonly))\s*any\b(?!\s*[.([])|,\s*any\s*[,>]|\bany\[\]|\btype\s+\w+\s*=\s*any\b/, excuse: /biome-ignore lint\/suspicious\/noExplicitAny: \S/, remedy: "use unknown and look, or a type parameter" },
  { name: "non-null assertion", files: typescript, view: "code", pattern: /[\w$)\]]!(?!=)/, remedy: "handle undefined, or assert with a sentence" },
  { name: "enum", files: typescript, view: "code", pattern: /\benum\s+[\w$]+\s*\{/, remedy: "use a constant object or a union of strings" },
  { name: "default export", files: typescript, except: /(?:^|\/)vitest\.config\.ts$/, view: "code", pattern: /\bexport\s+default\b|\bas\s+default\b/, remedy: "export it by its name" },
  { name: "barrel", files: typescript, view: "code", pattern: /\bexport\s+(?:type\s+)?(?:\*|\{[^}]*\})[^;\n]*\bfrom\b/, remedy: "import it from the file that declares it" },
  { name: "name that says nothing", files: anything, view: "path", pattern: /(?:^|[/])(?:utils?|types|helpers?|common|misc|index)(?:\.[^/]+)?(?:\/|$)/, remedy: "name it after the one concept it holds" },
  { name: "name not in kebab-case", files: anything, except: named, view: "path", pattern: /(?:^|\/)(?!\.?[a-z0-9]+(?:[-.][a-z0-9]+)*(?:\/|$))/, remedy: "use lower case and hyphens" },
  { name: "work left over", files: typescript, view: "comments", pattern: /\b(?:TODO|FIXME|XXX)\b/, remedy: "do it, or open an issue and say what holds today" },
  { name: "test switched off", files: tests, view: "code", pattern: /\b(?:test|it|describe)(?:\.\w+)*\.(?:skip|only|todo|fails)\b/, remedy: "repair or delete it; a missing program is skipIf or peerTest" },
  { name: "skip without a reason", files: tests, view: "code", pattern: /\bskip\s*\(\s*\)/, remedy: "say why: skip(\"reason\")" },
  { name: "path of one machine", files: /\.(?:ts|sh|ya?ml|json)$|^\.ci\//, view: "text", pattern: /(?<![\w.}])\/(?:work|tmp|root|home)\/\w/, remedy: "use a path from the repository, or os.tmpdir()" },
];

/** What may stand at the top of the repository. */
export const topLevel: ReadonlySet<string> = new Set([
  ...["firmware", "hal", "boards", "tools", "test"],
  ...["README.md", "ARCHITECTURE.md", "LICENSE"],
  ...["package.json", "package-lock.json", ".npmrc"],
  ...["tsconfig.json", "tsconfig.base.json", "biome.json", "vitest.config.ts"],
  ...[".ci", ".git", ".gitignore"],
]);

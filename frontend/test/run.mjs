/** Run the unit tests: bundled first, since the supported versions of Node.js read no TypeScript. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, "..", "node_modules", ".tests");
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts"));
await build({
  entryPoints: tests.map((name) => join(here, name)),
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  sourcemap: "inline",
  logLevel: "warning",
  conditions: ["node"],
  define: {
    BUILD: '"b1"',
    CARDS: '"data:text/javascript,"',
    TEXTS: JSON.stringify({
      en: { title: "Batteries", listed: "Marstek: Batteries", description: "At a glance", failed: "Failed:" },
      fr: { title: "Batteries", listed: "Marstek : Batteries", description: "D’un coup d’œil", failed: "Échec :" },
    }),
  },
});
const files = tests.map((name) => join(outdir, name.replace(/\.ts$/, ".mjs")));
const ran = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], {
  stdio: "inherit",
});
process.exitCode = ran.status ?? 1;

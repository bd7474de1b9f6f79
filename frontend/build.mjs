/**
 * Build the modules of the dashboard, or with --check prove that the committed ones are a fresh build.
 *
 * Both files carry one hash of their content in their names, so that browsers may keep them and an
 * older page is noticed.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const integration = join(here, "..", "custom_components", "marstek");
const target = join(integration, "dashboard", "built");
const PLACEHOLDER = "0000build0000";
const LIMITS = { "strategy raw": 4_000, "cards raw": 110_000, "cards gzipped": 40_000 };

const texts = {};
for (const file of readdirSync(join(integration, "dashboard_texts")).sort()) {
  const { dashboard } = JSON.parse(readFileSync(join(integration, "dashboard_texts", file), "utf8"));
  texts[file.replace(".json", "")] = dashboard;
}
const pick = (...keys) =>
  Object.fromEntries(
    Object.entries(texts).map(([language, all]) => [
      language,
      Object.fromEntries(keys.map((key) => [key, all[key]])),
    ]),
  );

async function bundle(name, define) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [`src/${name}.ts`],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    minify: true,
    define,
    external: ["./cards-*.js"],
    conditions: ["production"],
  });
  return result.outputFiles[0].text;
}

const cards = await bundle("cards", {
  TEXTS: JSON.stringify(
    pick(...["flow", "timeline", "season", "records", "week"].flatMap((card) => [card, `${card}_description`])),
  ),
});
const strategy = await bundle("strategy", {
  BUILD: JSON.stringify(PLACEHOLDER),
  CARDS: JSON.stringify(`./cards-${PLACEHOLDER}.js`),
  TEXTS: JSON.stringify(pick("title", "listed", "description", "failed")),
});
const hash = createHash("sha256").update(cards).update(strategy).digest("hex").slice(0, 12);
const files = {
  [`cards-${hash}.js`]: cards,
  [`strategy-${hash}.js`]: strategy.replaceAll(PLACEHOLDER, hash),
};

const sizes = {
  "strategy raw": Buffer.byteLength(files[`strategy-${hash}.js`]),
  "cards raw": Buffer.byteLength(cards),
  "cards gzipped": gzipSync(cards, { level: 9 }).length,
};
for (const [name, size] of Object.entries(sizes)) {
  console.log(`${name}: ${size} bytes, at most ${LIMITS[name]}`);
  if (size > LIMITS[name]) process.exitCode = 1;
}

mkdirSync(target, { recursive: true });
const present = readdirSync(target);
if (process.argv.includes("--check")) {
  const same =
    present.length === Object.keys(files).length &&
    Object.entries(files).every(
      ([name, content]) =>
        present.includes(name) && readFileSync(join(target, name), "utf8") === content,
    );
  if (!same) {
    console.error("The committed modules are not those of the sources: scripts/frontend build");
    process.exitCode = 1;
  }
} else {
  for (const name of present) rmSync(join(target, name));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(target, name), content);
}

// What is told of the packages that are bundled: their licences, and a bill of materials for those who scan for known weaknesses.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** These ask for no notice, and packages under them often hold no text of the licence. */
const withoutNotice = new Set(["Unlicense", "0BSD", "CC0-1.0"]);

/**
 * The packages that these modules (absolute paths) are from, by name: `name`, `version`, `licence` (an SPDX expression) and the
 * `notices` that must go with copies. Throws where a package asks for a notice and holds none.
 */
export async function bundledPackages(modules) {
  const folders = new Set(modules.filter((path) => path.includes("/node_modules/")).map(packageFolder));
  const packages = await Promise.all([...folders].map(readPackage));
  return packages.toSorted((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

export function licencesText(packages) {
  const sections = packages.map(({ name, version, licence, notices }) => {
    const texts = notices.length === 0 ? ["(asks for no notice)"] : notices;
    return [`${name} ${version}: ${licence}`, ...texts].join("\n\n");
  });
  const line = `\n\n${"-".repeat(80)}\n\n`;
  return `${["dist/ holds code of these packages.", ...sections].join(line)}\n`;
}

/** In CycloneDX, which scanners of images and of folders find by the ending `.cdx.json`. */
export function softwareBill(packages) {
  const components = packages.map(({ name, version, licence }) => ({
    type: "library",
    name,
    version,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    licenses: [{ expression: licence }],
  }));
  return `${JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.5", version: 1, components }, null, 2)}\n`;
}

/** The folder of the package that a module is from: the last `node_modules` of its path counts. */
function packageFolder(path) {
  const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  if (folder !== undefined && existsSync(join(folder, "package.json"))) return folder;
  throw new Error(`of no package: ${path}`);
}

async function readPackage(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const notices = await Promise.all(
    files.map(async (file) => (await readFile(join(folder, file), "utf8")).trim()),
  );
  if (typeof license !== "string") throw new Error(`${name} ${version} names no licence`);
  if (notices.length === 0 && !withoutNotice.has(license)) {
    throw new Error(`${name} ${version} (${license}) holds no text of its licence`);
  }
  return { name, version, licence: license, notices };
}

function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}

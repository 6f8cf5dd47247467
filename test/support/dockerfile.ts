import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { promisify } from "node:util";

/** One instruction: `COPY`, and what stands behind it with its lines joined. */
export type Instruction = { readonly name: string; readonly text: string };

/** What a stage came to: a folder that stands for its root, and what its instructions set. */
export type Stage = {
  readonly root: string;
  workFolder: string;
  readonly variables: Record<string, string>;
  /** The last instruction of each name. */
  readonly last: Map<string, string>;
};

/** The instructions of a Dockerfile, in order. */
export async function readDockerfile(path: string): Promise<readonly Instruction[]> {
  const lines = (await readFile(path, "utf8"))
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"));
  const joined = lines.join("\n").replaceAll(/\\\n/g, " ").split("\n");
  return joined
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name = "", text = ""] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? [];
      return { name: name.toUpperCase(), text: text.trim() };
    });
}

/**
 * Does what the instructions say, each stage in a folder of its own under `folder`, with the programs of this machine
 * in place of those of the base images. Returns the last stage. Throws on whatever it does not understand.
 */
export async function replay(
  instructions: readonly Instruction[],
  context: string,
  folder: string,
): Promise<Stage> {
  const stages = new Map<string, Stage>();
  const files = await contextFiles(context);
  let stage: Stage | undefined;
  for (const instruction of instructions) {
    if (instruction.name === "FROM") {
      const [, name = "runtime"] = / AS (\S+)$/i.exec(instruction.text) ?? [];
      stage = { root: join(folder, name), workFolder: "/", variables: {}, last: new Map() };
      await mkdir(stage.root);
      stages.set(name, stage);
    } else {
      if (stage === undefined) throw new Error(`before FROM: ${instruction.name}`);
      await perform(instruction, stage, { context, files, stages });
    }
  }
  if (stage === undefined) throw new Error("no stage");
  return stage;
}

/** The words of an instruction in exec form. */
export function execForm(text: string): readonly string[] {
  const words: unknown = JSON.parse(text);
  if (Array.isArray(words) && words.every((word) => typeof word === "string")) return words;
  throw new Error(`expected the exec form, got ${text}`);
}

type World = {
  readonly context: string;
  readonly files: readonly string[];
  readonly stages: ReadonlyMap<string, Stage>;
};

async function perform({ name, text }: Instruction, stage: Stage, world: World): Promise<void> {
  switch (name) {
    case "WORKDIR":
      stage.workFolder = posix.resolve(stage.workFolder, text);
      await mkdir(stage.root + stage.workFolder, { recursive: true });
      return;
    case "ENV":
      for (const [, key = "", value = ""] of text.matchAll(/(\w+)=(\S+)/g)) stage.variables[key] = value;
      return;
    case "RUN":
      await run(text, stage);
      return;
    case "COPY":
      await copy(text.split(/\s+/), stage, world);
      return;
    case "LABEL":
    case "USER":
    case "EXPOSE":
    case "HEALTHCHECK":
    case "ENTRYPOINT":
    case "CMD":
      stage.last.set(name, text);
      return;
    default:
      throw new Error(`an instruction that is not known here: ${name}`);
  }
}

async function run(command: string, { root, workFolder, variables }: Stage): Promise<void> {
  const { PATH = "", HOME = "", TMPDIR = "/tmp" } = process.env;
  const npm = { npm_config_prefer_offline: "true", npm_config_update_notifier: "false" };
  const env = { PATH, HOME, TMPDIR, ...npm, ...variables };
  await promisify(execFile)("sh", ["-ec", command], { cwd: root + workFolder, env });
}

async function copy(
  words: readonly string[],
  stage: Stage,
  { context, files, stages }: World,
): Promise<void> {
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  const paths = words.filter((word) => !word.startsWith("--"));
  const target = paths.at(-1) ?? "";
  const into = stage.root + posix.resolve(stage.workFolder, target);
  for (const source of paths.slice(0, -1)) {
    if (from !== undefined) {
      const other = stages.get(from);
      if (other === undefined) throw new Error(`no such stage: ${from}`);
      const whole = other.root + posix.resolve("/", source);
      await cp(whole, await targetOf(whole, into, target), { recursive: true, verbatimSymlinks: true });
      continue;
    }
    const own = files.filter((file) => file === source || file.startsWith(`${source}/`));
    if (own.length === 0) throw new Error(`not in the context: ${source}`);
    for (const file of own) {
      const place =
        file === source
          ? await targetOf(join(context, file), into, target)
          : into + file.slice(source.length);
      await mkdir(dirname(place), { recursive: true });
      await cp(join(context, file), place);
    }
  }
}

/** A folder is copied by its contents; a file goes into a folder, or takes the name that it is given. */
async function targetOf(source: string, into: string, target: string): Promise<string> {
  const isFolder = (await stat(source)).isDirectory();
  const isInto = target.endsWith("/") || target === ".";
  return !isFolder && isInto ? join(into, basename(source)) : into;
}

/** What the repository sends to the builder: its files, without those that `.dockerignore` keeps back. */
async function contextFiles(context: string): Promise<readonly string[]> {
  const words = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await promisify(execFile)("git", words, { cwd: context, maxBuffer: 2 ** 24 });
  const patterns = (await readFile(join(context, ".dockerignore"), "utf8"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return stdout
    .split("\n")
    .filter((file) => file !== "" && !isIgnored(file, patterns) && existsSync(join(context, file)));
}

/** The last pattern that fits decides. */
function isIgnored(file: string, patterns: readonly string[]): boolean {
  const fitting = patterns.filter((pattern) => {
    const path = pattern.replace(/^!/, "");
    if (path !== "*" && /[*?[\]]/.test(path)) throw new Error(`a pattern that is not known here: ${pattern}`);
    return path === "*" || file === path || file.startsWith(`${path}/`);
  });
  return fitting.at(-1)?.startsWith("!") === false;
}

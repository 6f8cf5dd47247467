import { run } from "../build/commands/run.js";

/** What a command prints when it is asked for help. */
async function helpOf(words) {
  let text = "";
  await run({ write: (part) => void (text += part) }, [...words, "--help"]);
  return text;
}

/** `docs/commands.md` with the help of each command as the program prints it, in the first block of its section. */
export async function commandsDocs(page) {
  const [start, ...sections] = page.split("\n## ");
  const written = [start];
  for (const section of sections) {
    const name = section.slice(0, section.indexOf("\n"));
    const isCommand = /^[a-z-]+$/.test(name);
    const help = isCommand ? await helpOf(name === "pgleash" ? [] : [name]) : "";
    written.push(isCommand ? section.replace(/```\n[^]*?```/, () => `\`\`\`\n${help}\`\`\``) : section);
  }
  return written.join("\n## ");
}

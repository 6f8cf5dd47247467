/**
 * Names come from whoever may create a role, a database or a session: control and formatting characters in them could
 * rewrite the reader's terminal or log. They become visible escapes.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** A value as JSON in which these characters are escapes too: the same value for a program, harmless on a terminal. */
export function escapedJson(value: unknown, indent?: number): string {
  return escapedJsonText(JSON.stringify(value, null, indent));
}

/** Text that is JSON already, with these characters as escapes. JSON itself escapes the first 32 only. */
export function escapedJsonText(json: string): string {
  return json.replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_unit, index) => {
      const unit = character.charCodeAt(index).toString(16).padStart(4, "0");
      return `\\u${unit}`;
    }).join(""),
  );
}

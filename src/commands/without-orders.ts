/**
 * Text in which a CI runner finds no order. GitHub Actions takes `##[command]` from anywhere in a line, and `::command::` from its
 * beginning; others take `##vso[` and `##teamcity[`. Names come from whoever may open a session: one could silence what comes later.
 * Source: `ActionCommand.cs` of actions/runner.
 */
export function withoutOrders(text: string): string {
  return text.replace(/##(?=\w*\[)/gu, String.raw`\x23\x23`).replace(/^(\s*):(?=:)/gmu, String.raw`$1\x3a`);
}

import type { LeakKind } from "../classify/kind.ts";
import type { Episode } from "../classify/episode.ts";

/** What a suspect said about itself, as label values. Whoever writes a statement controls the value. */
export type CommentLabels = { readonly key: string; readonly value: string };

/** A suspect counts once under each of these keys that it carries. */
export function commentLabelsOf(
  suspects: readonly Episode[],
  keys: readonly string[],
): readonly { readonly labels: CommentLabels; readonly kind: LeakKind }[] {
  return suspects.flatMap(({ kind, commentKeys }) =>
    keys.flatMap((key) => {
      const value = commentKeys.get(key);
      return value === undefined ? [] : [{ labels: { key, value }, kind }];
    }),
  );
}

/** The names that limits are counted by. */
export type CountedNames = { readonly servers: readonly string[]; readonly rules: readonly string[] };

/** What may have got another name at a reload, and what is then forgotten. */
type Renaming = {
  readonly gone: readonly string[];
  readonly come: readonly string[];
  readonly message: string;
};

/**
 * What looks like a renaming: some names went, and others came. Nobody can tell it from something else that is new, and what
 * was counted stays with the old name. Without rules nothing is counted.
 */
export function renamings(before: CountedNames, after: CountedNames): readonly Renaming[] {
  if (before.rules.length === 0) return [];
  return [
    {
      ...exchanged(before.servers, after.servers),
      message:
        "servers went and others came: one that was only renamed begins anew, without its acts, cool-downs and open breaker",
    },
    {
      ...exchanged(before.rules, after.rules),
      message: "rules went and others came: one that was only renamed begins anew with its own rate",
    },
  ].filter(({ gone, come }) => gone.length > 0 && come.length > 0);
}

function exchanged(before: readonly string[], after: readonly string[]): Pick<Renaming, "gone" | "come"> {
  return {
    gone: before.filter((name) => !after.includes(name)),
    come: after.filter((name) => !before.includes(name)),
  };
}

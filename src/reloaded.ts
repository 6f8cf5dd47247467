/** What was wrong with each file that was read anew. */
export type Reloaded = { readonly config: readonly string[]; readonly webConfig: readonly string[] };

/** Only of what was not taken over. */
export function toldOf({ config, webConfig }: Reloaded): readonly string[] {
  return [...told("configuration", config), ...told("web configuration", webConfig)];
}

function told(what: string, problems: readonly string[]): readonly string[] {
  return problems.length === 0 ? [] : [`${what} not reloaded, the last good one stays:`, ...problems];
}

/** Whether both configurations are good, and when that was last known. */
export type ReloadState = {
  view(): { readonly successful: boolean; readonly lastSuccessSeconds: number };
  note(read: { readonly config?: boolean; readonly webConfig?: boolean }): void;
  /** Whatever was to be read is read. */
  settle(): void;
};

/** Both configurations count as one: to read one is a success only while the other one is good, too. */
export function createReloadState(onChange: () => void): ReloadState {
  let good = { config: true, webConfig: true };
  let lastSuccessSeconds = Date.now() / 1000;
  return {
    view: () => ({ successful: good.config && good.webConfig, lastSuccessSeconds }),
    note(read) {
      good = { ...good, ...read };
      onChange();
    },
    settle() {
      if (good.config && good.webConfig) lastSuccessSeconds = Date.now() / 1000;
      onChange();
    },
  };
}

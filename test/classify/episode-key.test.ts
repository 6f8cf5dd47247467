import { expect, test } from "vitest";

import { backendOfEpisode, keyOfEpisode } from "../../src/classify/episode-key.ts";
import { aLeaked } from "../support/a-case.ts";

test("the key of an episode tells whose it is, whatever stands in its period", () => {
  const episode = aLeaked(4242, { period: "a/b" });
  expect(backendOfEpisode(keyOfEpisode(episode))).toEqual(episode.backend.id);
});

test.for(["", "idle_in_transaction", "idle_in_transaction/7", "a/-7/b/c", "a/x/b/c", "//"])(
  "%j is nobody's: a file may hold anything",
  (key) => {
    expect(backendOfEpisode(key)).toBeNull();
  },
);

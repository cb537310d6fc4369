import { describe, expect, it } from "vitest";
import { coalesced, RestartPolicy } from "../../../extension/src/server/restartPolicy";

const LIMITS = { crashes: 3, withinMs: 1000, firstDelayMs: 100 };

describe("the restart policy", () => {
  it("waits longer after each crash and gives up at the limit", () => {
    const policy = new RestartPolicy(LIMITS, () => 0);
    expect([policy.afterCrash(), policy.afterCrash(), policy.afterCrash()]).toEqual([100, 200, undefined]);
  });

  it("does not count crashes of long ago", () => {
    let now = 0;
    const policy = new RestartPolicy(LIMITS, () => now);
    policy.afterCrash();
    policy.afterCrash();
    now = 1000;
    expect(policy.afterCrash()).toBe(100);
  });

  it("begins anew when the user starts the server", () => {
    const policy = new RestartPolicy(LIMITS, () => 0);
    policy.afterCrash();
    policy.afterCrash();
    policy.forget();
    expect(policy.afterCrash()).toBe(100);
  });

  it("allows four crashes in three minutes unless told otherwise", () => {
    const policy = new RestartPolicy(undefined, () => 0);
    const waits = Array.from({ length: 5 }, () => policy.afterCrash());
    expect(waits.map((wait) => wait === undefined)).toEqual([false, false, false, false, true]);
  });
});

describe("a coalesced action", () => {
  it("runs once at a time and once more for all calls meanwhile", async () => {
    const ends: (() => void)[] = [];
    const action = coalesced(() => new Promise<void>((resolve) => ends.push(resolve)));
    const first = action();
    const later = [action(), action(), action()];
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await first;
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.();
    await Promise.all(later);
    expect(ends).toHaveLength(2);
  });

  it("runs again after a failure, and tells each caller of the run that began after its call", async () => {
    const outcomes = [Promise.reject(new Error("first")), Promise.resolve()];
    const action = coalesced(() => outcomes.shift() ?? Promise.reject(new Error("too often")));
    const [first, second] = [action(), action()];
    await expect(first).rejects.toThrow("first");
    await expect(second).resolves.toBeUndefined();
  });
});

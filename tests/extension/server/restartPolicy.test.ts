import { describe, expect, it } from "vitest";
import { coalesced, RestartPolicy } from "../../../extension/src/server/restartPolicy";

const LIMITS = { crashes: 3, withinMs: 1000, firstDelayMs: 100 };

describe("the restart policy", () => {
  it("waits longer after each crash and gives up at the limit", () => {
    const policy = new RestartPolicy(LIMITS, () => 0);
    expect([policy.recordCrash(), policy.recordCrash(), policy.recordCrash()]).toEqual([100, 200, undefined]);
  });

  it("ignores old crashes", () => {
    let now = 0;
    const policy = new RestartPolicy(LIMITS, () => now);
    policy.recordCrash();
    policy.recordCrash();
    now = 1000;
    expect(policy.recordCrash()).toBe(100);
  });

  it("forgets crashes when the user starts the server", () => {
    const policy = new RestartPolicy(LIMITS, () => 0);
    policy.recordCrash();
    policy.recordCrash();
    policy.reset();
    expect(policy.recordCrash()).toBe(100);
  });

  it("allows four crashes in three minutes by default", () => {
    const policy = new RestartPolicy(undefined, () => 0);
    const waits = Array.from({ length: 5 }, () => policy.recordCrash());
    expect(waits.map((wait) => wait === undefined)).toEqual([false, false, false, false, true]);
  });
});

describe("a coalesced action", () => {
  it("never runs concurrently and runs once more for all calls made meanwhile", async () => {
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

  it("runs again after a failure, and returns to each caller the run that started after its call", async () => {
    const outcomes = [Promise.reject(new Error("first")), Promise.resolve()];
    const action = coalesced(() => outcomes.shift() ?? Promise.reject(new Error("too often")));
    const [first, second] = [action(), action()];
    await expect(first).rejects.toThrow("first");
    await expect(second).resolves.toBeUndefined();
  });
});

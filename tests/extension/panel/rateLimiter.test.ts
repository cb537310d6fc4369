import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RateLimiter } from "../../../extension/src/panel/rateLimiter";

let sent: number;
let limiter: RateLimiter;

beforeEach(() => {
  vi.useFakeTimers();
  sent = 0;
  limiter = new RateLimiter(() => sent++, 50);
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a rate limiter", () => {
  it("sends the first update immediately", () => {
    limiter.request();
    expect(sent).toBe(1);
  });

  it("combines many updates into one after the interval", () => {
    for (let change = 0; change < 10; change++) limiter.request();
    expect(sent).toBe(1);
    vi.advanceTimersByTime(50);
    expect(sent).toBe(2);
    vi.advanceTimersByTime(1000);
    expect(sent).toBe(2);
  });

  it("keeps the interval during continuous updates", () => {
    for (let change = 0; change < 100; change++) {
      limiter.request();
      vi.advanceTimersByTime(10);
    }
    expect(sent).toBe(1 + 1000 / 50);
  });

  it("sends an urgent update immediately and then waits", () => {
    limiter.request();
    limiter.now();
    limiter.request();
    expect(sent).toBe(2);
  });

  it("sends nothing after it is disposed of", () => {
    limiter.request();
    limiter.request();
    limiter.dispose();
    vi.advanceTimersByTime(1000);
    expect(sent).toBe(1);
  });
});

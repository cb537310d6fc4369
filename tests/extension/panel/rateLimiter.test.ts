import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RateLimiter } from "../../../extension/src/panel/rateLimiter";

let told: number;
let limiter: RateLimiter;

beforeEach(() => {
  vi.useFakeTimers();
  told = 0;
  limiter = new RateLimiter(() => told++, 50);
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a limiter", () => {
  it("tells a first change at once", () => {
    limiter.request();
    expect(told).toBe(1);
  });

  it("tells the last of many changes, once, after a pause", () => {
    for (let change = 0; change < 10; change++) limiter.request();
    expect(told).toBe(1);
    vi.advanceTimersByTime(50);
    expect(told).toBe(2);
    vi.advanceTimersByTime(1000);
    expect(told).toBe(2);
  });

  it("keeps the pause while changes go on", () => {
    for (let change = 0; change < 100; change++) {
      limiter.request();
      vi.advanceTimersByTime(10);
    }
    expect(told).toBe(1 + 1000 / 50);
  });

  it("tells at once what must not wait, and then pauses", () => {
    limiter.request();
    limiter.now();
    limiter.request();
    expect(told).toBe(2);
  });

  it("tells nothing after its end", () => {
    limiter.request();
    limiter.request();
    limiter.dispose();
    vi.advanceTimersByTime(1000);
    expect(told).toBe(1);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Throttle } from "../../../extension/src/panel/throttle";

let told: number;
let throttle: Throttle;

beforeEach(() => {
  vi.useFakeTimers();
  told = 0;
  throttle = new Throttle(() => told++, 50);
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a throttle", () => {
  it("tells a first change at once", () => {
    throttle.request();
    expect(told).toBe(1);
  });

  it("tells the last of many changes, once, after a pause", () => {
    for (let change = 0; change < 10; change++) throttle.request();
    expect(told).toBe(1);
    vi.advanceTimersByTime(50);
    expect(told).toBe(2);
    vi.advanceTimersByTime(1000);
    expect(told).toBe(2);
  });

  it("keeps the pause while changes go on", () => {
    for (let change = 0; change < 100; change++) {
      throttle.request();
      vi.advanceTimersByTime(10);
    }
    expect(told).toBe(1 + 1000 / 50);
  });

  it("tells at once what must not wait, and then pauses", () => {
    throttle.request();
    throttle.now();
    throttle.request();
    expect(told).toBe(2);
  });

  it("tells nothing after its end", () => {
    throttle.request();
    throttle.request();
    throttle.dispose();
    vi.advanceTimersByTime(1000);
    expect(told).toBe(1);
  });
});

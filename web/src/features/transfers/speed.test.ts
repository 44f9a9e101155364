import { describe, expect, it } from 'vitest';

import { Speedometer } from './speed';

const MB = 1_000_000;

describe('Speedometer', () => {
  it('says nothing before it knows', () => {
    const meter = new Speedometer();
    expect(meter.speed(0)).toBe(0);
    meter.add(0, 0);
    meter.add(MB, 100);
    expect(meter.speed(100)).toBe(0);
    expect(meter.secondsLeft(MB, 100)).toBeNull();
  });

  it('averages over the last seconds only', () => {
    const meter = new Speedometer();
    for (let second = 0; second <= 10; second++) meter.add(second * MB, second * 1000);
    for (let second = 11; second <= 20; second++) meter.add(10 * MB + (second - 10) * 3 * MB, second * 1000);
    expect(meter.speed(20_000)).toBeCloseTo(3 * MB, -4);
    expect(meter.secondsLeft(30 * MB, 20_000)).toBe(10);
  });

  it('slows down while nothing arrives', () => {
    const meter = new Speedometer();
    meter.add(0, 0);
    meter.add(10 * MB, 1000);
    expect(meter.speed(1000)).toBe(10 * MB);
    expect(meter.speed(10_000)).toBe(MB);
  });

  it('starts over when progress goes back', () => {
    const meter = new Speedometer();
    meter.add(0, 0);
    meter.add(10 * MB, 1000);
    meter.add(8 * MB, 1100);
    expect(meter.speed(1100)).toBe(0);
    meter.add(9 * MB, 2100);
    expect(meter.speed(2100)).toBe(MB);
  });
});

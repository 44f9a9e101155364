// Rounds in turns, and what is made of their figures.

/** Set by ROUNDS; fewer than five make a trial, which the report says. */
export function rounds(usual = 7) {
  const given = process.env.ROUNDS === undefined ? usual : Number(process.env.ROUNDS);
  if (!Number.isInteger(given) || given < 1) throw new Error('ROUNDS must be a whole number from 1');
  return given;
}

/** Runs all contenders once unmeasured, then in turns; gives each one's figures, round by round. */
export async function inTurns(contenders, count = rounds()) {
  const figures = contenders.map(({ name }) => ({ name, values: [] }));
  for (let round = 0; round <= count; round++) {
    for (const [index, { run }] of contenders.entries()) {
      const value = await run(round);
      if (round > 0) figures[index].values.push(value);
    }
  }
  return figures;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * A goal about a ratio of medians: `ours` to `other`, two rows of one table. Beside it stand
 * the smallest and the largest ratio within one round.
 */
export function ratioGoal(what, ours, other, op, limit) {
  const within = ours.values.map((value, round) => value / other.values[round]);
  return goal(what, [median(ours.values) / median(other.values), Math.min(...within), Math.max(...within)], op, limit, '×', 2);
}

/** A goal about figures of our own. */
export function valueGoal(what, values, op, limit, unit, digits = 0) {
  return goal(what, [median(values), Math.min(...values), Math.max(...values)], op, limit, unit, digits);
}

function goal(what, [value, min, max], op, limit, unit, digits) {
  return { what, value, min, max, op, limit, unit, digits, met: op === '≥' ? value >= limit : value <= limit };
}

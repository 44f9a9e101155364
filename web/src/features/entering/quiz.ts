/** Which words of the phrase are asked back: `count` different places, in order. */
export function pickPlaces(length: number, count: number, random: () => number = secureRandom): number[] {
  const places = Array.from({ length }, (_, place) => place);
  const picked: number[] = [];
  while (picked.length < count && places.length > 0) {
    const [place] = places.splice(Math.floor(random() * places.length), 1);
    if (place !== undefined) picked.push(place);
  }
  return picked.sort((a, b) => a - b);
}

/** Case and spaces around a word do not matter. */
export function isSameWord(typed: string, word: string | undefined): boolean {
  return typed.trim().toLowerCase() === word;
}

function secureRandom(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value / 2 ** 32;
}

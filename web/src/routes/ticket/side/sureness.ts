// How sure a suggested answer is, for people.

export type Sureness = 'weak' | 'unsure' | 'sure';

/** Under this it is more likely not the answer than the answer. */
const EVEN = 0.5;
const SURE = 0.75;

/** As it is shown, so that words and number agree. */
export function sureness(confidence: number): { is: Sureness; percent: number } {
  const percent = Math.round(confidence * 100);
  const is = percent < EVEN * 100 ? 'weak' : percent < SURE * 100 ? 'unsure' : 'sure';
  return { is, percent };
}

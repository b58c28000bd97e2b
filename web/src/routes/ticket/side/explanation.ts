// What the explanation of a message's topics comes to, in a sentence and a few bars.
import type { Explanation } from '../../../api/types';
import type { Key } from '../../../lib/i18n.svelte';
import type { Values } from '../../../lib/message';

/** So many topics are shown; the rest is too improbable to tell anybody anything. */
const SHOWN = 4;
const LEAST = 0.005;

/** The sentence that says why. */
export function verdict(it: Explanation): { key: Key; values?: Values } {
  if (it.corrected) {
    const who = it.topics.find((topic) => topic.correctedByCustomerRepName)?.correctedByCustomerRepName;
    return who ? { key: 'why.corrected', values: { who } } : { key: 'why.correctedBySomebody' };
  }
  if (it.aITopicsStatus === 'Pending' || it.aITopicsStatus === 'Running') return { key: 'why.underWay' };
  const first = it.probabilities[0];
  const most = Math.round((it.topicsMostWrong ?? 0) * 1000) / 10;
  if (it.decision === 'Sure' && first)
    return most ? { key: 'why.sure', values: { most } } : { key: 'why.mostProbable' };
  if (it.decision === 'Unsure')
    return most ? { key: 'why.unsure', values: { most } } : { key: 'why.mostProbable' };
  if (it.decision === 'NoneOfThese')
    return { key: 'why.noneOfThese', values: { percent: Math.round((it.noneOfThese ?? 0) * 100) } };
  return it.reason ? { key: 'why.reason', values: { reason: it.reason } } : { key: 'why.unknown' };
}

export interface Odds {
  /** 0: none of the topics. */
  topicID: number;
  name: string | null;
  probability: number;
}

/** The most probable topics, and that it is about none of them, the most probable first. */
export function odds(it: Explanation): Odds[] {
  const topics = it.probabilities.slice(0, SHOWN).map((one) => ({
    topicID: one.topicID,
    name: one.topicName ?? `#${one.topicID}`,
    probability: one.probability,
  }));
  const none = { topicID: 0, name: null, probability: it.noneOfThese ?? 0 };
  return [...topics, none]
    .filter((one) => one.probability >= LEAST)
    .sort((a, b) => b.probability - a.probability);
}

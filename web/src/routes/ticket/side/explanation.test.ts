import { expect, test } from 'vitest';
import type { Explanation } from '../../../api/types';
import { odds, verdict } from './explanation';

const base: Explanation = {
  messageID: 1,
  corrected: false,
  topics: [],
  decision: 'Sure',
  noneOfThese: 0.1,
  topicsMostWrong: 0.05,
  probabilities: [
    { topicID: 7, topicName: 'Returns', probability: 0.8 },
    { topicID: 8, topicName: null, probability: 0.06 },
    { topicID: 9, topicName: 'Never', probability: 0.001 },
  ],
  pieces: [],
  nearest: [],
};

test('the odds are in order, with that it is none of them, without what is next to nothing', () => {
  expect(odds(base).map((it) => [it.topicID, it.name])).toEqual([
    [7, 'Returns'],
    [0, null],
    [8, '#8'],
  ]);
});

test('the sentence follows who decided, and how', () => {
  expect(verdict(base)).toEqual({ key: 'why.sure', values: { most: 5 } });
  expect(verdict({ ...base, topicsMostWrong: null }).key).toBe('why.mostProbable');
  expect(verdict({ ...base, decision: 'Unsure' }).key).toBe('why.unsure');
  expect(verdict({ ...base, decision: 'NoneOfThese' })).toEqual({
    key: 'why.noneOfThese',
    values: { percent: 10 },
  });
  expect(verdict({ ...base, decision: null, reason: 'no topics yet' }).values).toEqual({
    reason: 'no topics yet',
  });
  expect(verdict({ ...base, decision: null }).key).toBe('why.unknown');
  expect(verdict({ ...base, aITopicsStatus: 'Pending' }).key).toBe('why.underWay');
  const topic = { ticketMessageTopicID: 1, messageID: 1, topicID: 7, topicName: 'Returns', corrected: true };
  expect(verdict({ ...base, corrected: true, topics: [topic] }).key).toBe('why.correctedBySomebody');
  const by = { ...topic, correctedByCustomerRepName: 'Ann' };
  expect(verdict({ ...base, corrected: true, topics: [by] }).values).toEqual({ who: 'Ann' });
});

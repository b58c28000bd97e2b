import { expect, test } from 'vitest';
import type { MeasuredRule } from '../../api/types';
import { measured, percent, rivalOf } from './auto-replies';

const rule: MeasuredRule = {
  autoReplyRuleID: 1,
  isActive: true,
  mostWrong: 0.05,
  leastConfidence: 0.3,
  delayMinutes: 5,
  mostPerDay: 50,
  measuredDrafts: 200,
  measuredWrong: 9,
  measuredLeastConfidence: 0.84,
  measuredCoverage: 0.613,
};

test('shares are percents with at most one decimal', () => {
  expect([0.05, 0.005, 0.0333, 1].map(percent)).toEqual([5, 0.5, 3.3, 100]);
});

test('what was measured says whether anything would go out', () => {
  expect(measured(rule)).toEqual({
    key: 'automatic.measured',
    values: { n: 200, wrong: 9, share: 4.5, confidence: 84, coverage: 61.3 },
    sends: true,
  });
  expect(measured({ ...rule, leastConfidence: 0.9 }).values['confidence']).toBe(90);
  expect(measured({ ...rule, measuredLeastConfidence: null })).toMatchObject({
    key: 'automatic.tooLittle',
    sends: false,
  });
  expect(measured({ ...rule, measuredDrafts: 0 }).key).toBe('automatic.nothingMeasured');
});

test('a rule’s rival is on, and for the same topic and channel', () => {
  const every = { ...rule, autoReplyRuleID: 2 };
  const exact = { ...rule, autoReplyRuleID: 3, topicID: 4, channelID: 5 };
  const off = { ...rule, autoReplyRuleID: 6, topicID: 7, isActive: false };
  const rules = [every, exact, off];
  expect(rivalOf(rules, { topic: '0', channel: '0' }, null)).toBe(every);
  expect(rivalOf(rules, { topic: '0', channel: '0' }, every)).toBeUndefined();
  expect(rivalOf(rules, { topic: '4', channel: '5' }, off)).toBe(exact);
  expect(rivalOf(rules, { topic: '4', channel: '0' }, null)).toBeUndefined();
  expect(rivalOf(rules, { topic: '7', channel: '0' }, null)).toBeUndefined();
});

// What was measured of the drafts that a rule is for, in a sentence.
import type { AutoReplyRule, MeasuredRule } from '../../api/types';
import type { Key } from '../../lib/i18n.svelte';
import type { Values } from '../../lib/message';

/** As people write it: 0.05 is 5, 0.005 is 0.5. */
export function percent(share: number): number {
  return Math.round(share * 1000) / 10;
}

export interface Measured {
  key: Key;
  values: Values;
  /** Whether something would go out by the rule while it is on. */
  sends: boolean;
}

export function measured(rule: MeasuredRule): Measured {
  const { measuredDrafts: n, measuredWrong: wrong, measuredLeastConfidence: least } = rule;
  if (n === 0) return { key: 'automatic.nothingMeasured', values: {}, sends: false };
  const values: Values = { n, wrong, share: percent(wrong / n) };
  if (least === null || least === undefined) return { key: 'automatic.tooLittle', values, sends: false };
  return {
    key: 'automatic.measured',
    values: {
      ...values,
      confidence: percent(Math.max(least, rule.leastConfidence)),
      coverage: percent(rule.measuredCoverage),
    },
    sends: true,
  };
}

/** Of several rules, one other than `rule` that is on for the chosen topic and channel ("0": every one). */
export function rivalOf(
  rules: readonly AutoReplyRule[],
  chosen: { topic: string; channel: string },
  rule: AutoReplyRule | null,
): AutoReplyRule | undefined {
  return rules.find(
    (it) =>
      it.isActive &&
      it.autoReplyRuleID !== rule?.autoReplyRuleID &&
      String(it.topicID ?? 0) === chosen.topic &&
      String(it.channelID ?? 0) === chosen.channel,
  );
}

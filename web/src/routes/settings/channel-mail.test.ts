import { expect, test } from 'vitest';
import { securityOf } from './channel-mail';

test('what an older setting means for a connection is said as it is', () => {
  expect(securityOf('StartTLS', false, 993)).toBe('StartTLS');
  expect(securityOf(null, null, 993)).toBe('TLS');
  expect(securityOf(null, true, 587)).toBe('StartTLS');
  expect(securityOf(undefined, false, 587)).toBe('None');
});

import type { Security } from '../../api/types';

/** Ports where TLS begins with a command: what the server takes "with TLS" for there. */
const STARTTLS = [25, 143, 587, 2525];

/** How a mail server is spoken to, where an older setting says only whether with TLS. */
export function securityOf(
  security: Security | null | undefined,
  useSSL: boolean | null | undefined,
  port: number,
): Security {
  if (security) return security;
  if (useSSL === false) return 'None';
  return STARTTLS.includes(port) ? 'StartTLS' : 'TLS';
}

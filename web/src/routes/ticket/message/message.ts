import type { ListedMessage } from '../../../api/types';

/** Who wrote a message, as well as that is known. */
export function senderName(message: ListedMessage): string | undefined {
  return message.fromName || message.fromAddress || message.uid || undefined;
}

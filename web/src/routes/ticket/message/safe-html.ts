import DOMPurify from 'dompurify';

export interface Safe {
  fragment: DocumentFragment;
  /** Images of other servers, which would tell their sender that the message was read. */
  remoteImages: number;
  hasQuote: boolean;
}

export interface SafeOptions {
  /** Addresses of the message's own files by their content id. */
  files?: Map<string, string>;
  images?: boolean;
}

/** Where the text of an earlier message begins, in what common mail programs write. */
const QUOTES = 'blockquote, .gmail_quote, .yahoo_quoted, #divRplyFwdMsg, #appendonsend, .moz-cite-prefix';

/** HTML of a message as nodes: nothing that runs, no forms, links that open elsewhere, remote images held back. */
export function safeFragment(html: string, options: SafeOptions = {}): Safe {
  const fragment = DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    FORBID_TAGS: [
      'style',
      'form',
      'input',
      'button',
      'textarea',
      'select',
      'iframe',
      'svg',
      'math',
      'video',
      'audio',
    ],
    FORBID_ATTR: ['style', 'srcset', 'background', 'poster', 'ping'],
    ADD_URI_SAFE_ATTR: [],
    ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel|cid|data:image\/(?:png|jpe?g|gif|webp)):?/i,
  });
  for (const link of fragment.querySelectorAll('a')) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
  }
  let remoteImages = 0;
  for (const image of fragment.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? '';
    image.loading = 'lazy';
    if (/^cid:/i.test(source)) {
      const file = options.files?.get(decodeURIComponent(source.slice(4)));
      if (file) image.src = file;
      else image.removeAttribute('src');
    } else if (/^https?:/i.test(source)) {
      remoteImages += 1;
      image.referrerPolicy = 'no-referrer';
      if (!options.images) image.removeAttribute('src');
    }
  }
  return { fragment, remoteImages, hasQuote: fragment.querySelector(QUOTES) !== null };
}

/** Hides the text of earlier messages, and what follows it. */
export function foldQuotes(root: ParentNode, folded: boolean): void {
  for (const quote of root.querySelectorAll<HTMLElement>(QUOTES)) quote.hidden = folded;
}

/** Whether HTML says more than its text: a link, a list, a picture, emphasis. */
export function isRich(html: string | null | undefined): boolean {
  return /<(?:a|img|table|ul|ol|b|strong|i|em|u|s|h[1-6]|blockquote|pre|code|hr)[\s>/]/i.test(html ?? '');
}

/** The nonce the server put into this page. Read from the attribute's property: browsers hide it from selectors and scripts' HTML. */
export const cspNonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.nonce ?? '';

/** Style tags made by react-remove-scroll (inside Mantine's dialogs) look for this global, its only setting. */
export function announceNonceToStyleTags(): void {
  Object.defineProperty(globalThis, '__webpack_nonce__', { value: cspNonce });
}

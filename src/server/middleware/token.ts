/** Bearer tokens (RFC 6750). */

const encoder = new TextEncoder();

/**
 * Whether a header carries the token. Digests are compared, whole, so that the time tells neither how much of a guess was right nor how
 * long the token is.
 */
export function bearer(token: string | undefined): (authorization: string | null | undefined) => Promise<boolean> {
  if (token === undefined) return () => Promise.resolve(true);
  const wanted = digestOf(token);
  return async (authorization) => {
    const came = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    const [a, b] = await Promise.all([wanted, digestOf(came ?? "")]);
    let different = came === undefined ? 1 : 0;
    for (let i = 0; i < a.length; i++) different |= a[i]! ^ b[i]!;
    return different === 0;
  };
}

async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

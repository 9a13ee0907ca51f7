/**
 * From where a client under proof calls this server, within 127.0.0.0/8: what comes from there is of a proof, also where its token names nobody.
 * Nothing outside the machine can call from it.
 */
export const proofAddress = '127.83.84.85';

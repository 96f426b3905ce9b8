/** Texts of the room "sign-in". */
export const signIn = {};

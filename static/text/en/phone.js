/** Texts of the room "phone". */
export const phone = {};

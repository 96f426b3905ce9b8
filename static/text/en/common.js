/** Texts of the room "common". */
export const common = {};

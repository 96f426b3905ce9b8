/** Texts of the room "shell". */
export const shell = {};

/** The version of this program, as package.json has it: services name it, so that a deployment of several can be compared. */
export const VERSION = '0.1.0';

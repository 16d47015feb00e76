declare function pad(text: string): string;
export = pad;

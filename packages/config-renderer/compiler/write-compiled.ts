import { writeFileSync } from 'node:fs';
import { compiledFile, compileTemplates } from './compile-templates.ts';

writeFileSync(compiledFile, compileTemplates());

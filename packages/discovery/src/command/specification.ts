import type { AppSpecification } from '../answers/specification.ts';
import { table } from './terminal.ts';

/** What an owner has ordered, as a few lines and a table of components. */
export function showSpecification(specification: AppSpecification): string {
  const { name, instances, version, encrypted, components } = specification;
  const head = `${name}: ${instances} ${instances === 1 ? 'instance' : 'instances'}, specification version ${version}\n`;
  if (encrypted) return `${head}The components are encrypted.\n`;
  if (components.length === 0) return `${head}The components cannot be read from this version.\n`;
  const rows = components.map(({ name: component, image, ports, containerPorts }) => [
    component,
    image,
    ports.map((port, index) => `${port}->${containerPorts[index] ?? '?'}`).join(' '),
  ]);
  return `${head}\n${table(['COMPONENT', 'IMAGE', 'NODE PORT->CONTAINER PORT'], rows)}`;
}

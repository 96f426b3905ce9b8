// The sections of the settings: one row each.
import { text } from '../../core/text.js';
import { DevicesSection } from '../agent/devices.js';
import { LookSection } from './look.js';

const label = text.settings.sections;

/** @type {import('../parts/tabs.js').Tab[]} */
export const SECTIONS = [
	{ id: 'look', label: label.look, icon: 'sun', view: LookSection },
	{ id: 'devices', label: label.devices, icon: 'headphones', view: DevicesSection },
];

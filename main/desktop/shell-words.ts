import type { ConsoleLanguage } from '../contract/shell.ts';

/** What the shell itself says: in the native menu, the tray and its boxes. */
export interface ShellWords {
  readonly newWindow: string;
  readonly settings: string;
  readonly importCameras: string;
  readonly quit: string;
  readonly edit: string;
  readonly undo: string;
  readonly cut: string;
  readonly copy: string;
  readonly paste: string;
  readonly selectAll: string;
  readonly cameras: string;
  readonly addCamera: string;
  readonly findCameras: string;
  readonly editCamera: string;
  readonly cameraHistory: string;
  readonly cameraList: string;
  readonly search: string;
  readonly wall: string;
  /** @param number from 1 */
  readonly wallNumber: (number: number) => string;
  readonly previousPage: string;
  readonly nextPage: string;
  readonly large: string;
  readonly sound: string;
  readonly fullScreen: string;
  readonly help: string;
  readonly keys: string;
  readonly about: string;
  readonly aboutProgram: string;
  readonly data: (folder: string) => string;
  readonly licences: (file: string) => string;
  readonly close: string;
  readonly show: string;
  readonly starting: string;
  readonly noEngine: string;
  readonly noCameras: string;
  /** @param total at least 1 */
  readonly allWell: (total: number) => string;
  /** @param total at least 1 */
  readonly inTrouble: (inTrouble: number, total: number) => string;
  readonly cannotStart: string;
}

/** In Arabic, what is written from left to right keeps its own direction. */
function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

const languages: Readonly<Record<ConsoleLanguage, ShellWords>> = {
  en: {
    newWindow: 'New window',
    settings: 'Settings…',
    importCameras: 'Import cameras…',
    quit: 'Quit Gatehouse',
    edit: 'Edit',
    undo: 'Take back',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    cameras: 'Cameras',
    addCamera: 'Add a camera…',
    findCameras: 'Find cameras…',
    editCamera: 'Edit the selected camera…',
    cameraHistory: 'History of the selected camera',
    cameraList: 'List of cameras',
    search: 'Search for a camera',
    wall: 'Wall',
    wallNumber: (number) => `Wall ${number}`,
    previousPage: 'Previous page',
    nextPage: 'Next page',
    large: 'Selected camera large, or small again',
    sound: 'Hear the selected camera, or no longer',
    fullScreen: 'Full screen',
    help: 'Help',
    keys: 'Keys',
    about: 'About Gatehouse',
    aboutProgram: 'A monitoring console for security cameras.',
    data: (folder) => `Data: ${folder}`,
    licences: (file) => `Licences: ${file} beside the program.`,
    close: 'Close',
    show: 'Show Gatehouse',
    starting: 'Starting…',
    noEngine: 'No pictures: the engine is being started again',
    noCameras: 'No cameras yet',
    allWell: (total) => `${total === 1 ? '1 camera' : `${total} cameras`}, all well`,
    inTrouble: (inTrouble, total) =>
      `${inTrouble} of ${total === 1 ? '1 camera' : `${total} cameras`} without a picture`,
    cannotStart: 'Gatehouse cannot start',
  },
  de: {
    newWindow: 'Neues Fenster',
    settings: 'Einstellungen…',
    importCameras: 'Kameras importieren…',
    quit: 'Gatehouse beenden',
    edit: 'Bearbeiten',
    undo: 'Rückgängig',
    cut: 'Ausschneiden',
    copy: 'Kopieren',
    paste: 'Einfügen',
    selectAll: 'Alles auswählen',
    cameras: 'Kameras',
    addCamera: 'Kamera hinzufügen…',
    findCameras: 'Kameras finden…',
    editCamera: 'Ausgewählte Kamera bearbeiten…',
    cameraHistory: 'Verlauf der ausgewählten Kamera',
    cameraList: 'Kameraliste',
    search: 'Eine Kamera suchen',
    wall: 'Wand',
    wallNumber: (number) => `Wand ${number}`,
    previousPage: 'Vorige Seite',
    nextPage: 'Nächste Seite',
    large: 'Ausgewählte Kamera groß oder wieder klein',
    sound: 'Ton der ausgewählten Kamera, an oder aus',
    fullScreen: 'Vollbild',
    help: 'Hilfe',
    keys: 'Tasten',
    about: 'Über Gatehouse',
    aboutProgram: 'Eine Konsole für Überwachungskameras.',
    data: (folder) => `Daten: ${folder}`,
    licences: (file) => `Lizenzen: ${file} neben dem Programm.`,
    close: 'Schließen',
    show: 'Gatehouse zeigen',
    starting: 'Startet…',
    noEngine: 'Keine Bilder: Der Dienst wird neu gestartet',
    noCameras: 'Noch keine Kameras',
    allWell: (total) => (total === 1 ? '1 Kamera, alles in Ordnung' : `${total} Kameras, alles in Ordnung`),
    inTrouble: (inTrouble, total) =>
      `${inTrouble} von ${total === 1 ? '1 Kamera' : `${total} Kameras`} ohne Bild`,
    cannotStart: 'Gatehouse kann nicht starten',
  },
  es: {
    newWindow: 'Ventana nueva',
    settings: 'Ajustes…',
    importCameras: 'Importar cámaras…',
    quit: 'Salir de Gatehouse',
    edit: 'Edición',
    undo: 'Deshacer',
    cut: 'Cortar',
    copy: 'Copiar',
    paste: 'Pegar',
    selectAll: 'Seleccionar todo',
    cameras: 'Cámaras',
    addCamera: 'Añadir una cámara…',
    findCameras: 'Encontrar cámaras…',
    editCamera: 'Editar la cámara seleccionada…',
    cameraHistory: 'Historial de la cámara seleccionada',
    cameraList: 'Lista de cámaras',
    search: 'Buscar una cámara',
    wall: 'Mural',
    wallNumber: (number) => `Mural ${number}`,
    previousPage: 'Página anterior',
    nextPage: 'Página siguiente',
    large: 'Cámara seleccionada grande, o pequeña otra vez',
    sound: 'Sonido de la cámara seleccionada, sí o no',
    fullScreen: 'Pantalla completa',
    help: 'Ayuda',
    keys: 'Teclas',
    about: 'Acerca de Gatehouse',
    aboutProgram: 'Una consola para cámaras de seguridad.',
    data: (folder) => `Datos: ${folder}`,
    licences: (file) => `Licencias: ${file}, junto al programa.`,
    close: 'Cerrar',
    show: 'Mostrar Gatehouse',
    starting: 'Iniciando…',
    noEngine: 'Sin imágenes: el servicio se está reiniciando',
    noCameras: 'Aún no hay cámaras',
    allWell: (total) => (total === 1 ? '1 cámara, todo bien' : `${total} cámaras, todo bien`),
    inTrouble: (inTrouble, total) =>
      `${inTrouble} de ${total === 1 ? '1 cámara' : `${total} cámaras`} sin imagen`,
    cannotStart: 'Gatehouse no puede iniciarse',
  },
  ar: {
    newWindow: 'نافذة جديدة',
    settings: 'الإعدادات…',
    importCameras: 'استيراد كاميرات…',
    quit: 'إنهاء Gatehouse',
    edit: 'تحرير',
    undo: 'تراجع',
    cut: 'قص',
    copy: 'نسخ',
    paste: 'لصق',
    selectAll: 'تحديد الكل',
    cameras: 'الكاميرات',
    addCamera: 'إضافة كاميرا…',
    findCameras: 'إيجاد كاميرات…',
    editCamera: 'تعديل الكاميرا المحددة…',
    cameraHistory: 'سجل الكاميرا المحددة',
    cameraList: 'قائمة الكاميرات',
    search: 'البحث عن كاميرا',
    wall: 'الجدار',
    wallNumber: (number) => `الجدار ${number}`,
    previousPage: 'الصفحة السابقة',
    nextPage: 'الصفحة التالية',
    large: 'تكبير الكاميرا المحددة أو تصغيرها من جديد',
    sound: 'صوت الكاميرا المحددة، تشغيل أو إيقاف',
    fullScreen: 'ملء الشاشة',
    help: 'مساعدة',
    keys: 'المفاتيح',
    about: 'حول Gatehouse',
    aboutProgram: 'وحدة تحكم لكاميرات المراقبة.',
    data: (folder) => `البيانات: ${isolated(folder)}`,
    licences: (file) => `التراخيص: ${isolated(file)} بجانب البرنامج.`,
    close: 'إغلاق',
    show: 'إظهار Gatehouse',
    starting: 'جارٍ البدء…',
    noEngine: 'لا صور: يُعاد تشغيل الخدمة',
    noCameras: 'لا كاميرات بعد',
    // A number behind a colon needs none of the six forms.
    allWell: (total) => `الكاميرات: ${total}، كلها سليمة`,
    inTrouble: (inTrouble, total) => `كاميرات بلا صورة: ${inTrouble} من ${total}`,
    cannotStart: 'لا يمكن بدء Gatehouse',
  },
};

/**
 * What the shell says, in the language that its pages told last.
 * @param system the operating system's language, which counts before the first time: `de-AT`
 */
export function shellWords(told: ConsoleLanguage | null, system: string): ShellWords {
  if (told !== null) return languages[told];
  const [language] = system.split('-', 1);
  return Object.entries(languages).find(([known]) => known === language)?.[1] ?? languages.en;
}

/* The reader's sample, as the page carries it. */
window.marketfoldLesson = JSON.parse(document.getElementById("lesson-data").textContent);

Counts count(const std::string &text) {
  Counts counts;
  std::istringstream words(text);
  for (std::string word; words >> word;) counts[word]++;
  return counts;
}
